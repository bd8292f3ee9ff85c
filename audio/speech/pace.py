def estimate_s(text):
    return len(text) * 0.1 + 0.5
