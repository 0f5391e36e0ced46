"""Not built yet."""

from zeebe_grpc._installation import require_intact

require_intact()
