"""The account's reports: a request for a span of time goes in, a file of the movements of money comes out later."""
