"""Golden traces: recordings of what Zeebe's own engine did, played again on ours and compared record by record."""
