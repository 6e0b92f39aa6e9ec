"""AWS CloudTrail events."""
