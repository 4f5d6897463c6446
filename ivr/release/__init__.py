"""Menus + texts + facts + sounds become an immutable release with an id; several live at once, a call keeps its own."""
