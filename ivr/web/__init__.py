"""Pages and plain addresses of the server, a module per subject."""
