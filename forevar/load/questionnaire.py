"""Questionnaires: placeholder until the next commit."""
