"""The sentences of mpkit, one TOML file per room, es, pt and en side by side."""
