"""AWS CloudTrail records (Falco's cloudtrail plugin)."""
