"""A realistic process with typed handlers, a business error and a parallel part."""
