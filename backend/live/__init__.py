"""What happens, told as it happens: the feed as a stream and as signed deliveries to webhooks."""
