"""What the model may do: one tool a file, its description for the model beside it."""
