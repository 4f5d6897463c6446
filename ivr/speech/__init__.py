"""Understanding what is said, without anybody else hearing it: a model in a folder, and words that it may hear."""
