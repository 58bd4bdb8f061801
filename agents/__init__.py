"""The agent desk: presence of desk sockets, the desk's view of the work, the console's protocol and source."""
