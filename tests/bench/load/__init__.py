"""What is measured with: a district's work, told as its systems tell it, counted by the rooms' own code."""
