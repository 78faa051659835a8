"""The C side: the header's structures and functions, and the rules by which Python meets them."""
