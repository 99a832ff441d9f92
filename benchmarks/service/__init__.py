"""The service under load: how fast it answers, and that it goes on answering."""
