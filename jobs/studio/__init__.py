"""The studio: where a person chooses what their track is made of, and sees what it will cost."""
