"""The checklist of the paper, claim by claim: what was claimed, what is measured, and whether it holds."""
