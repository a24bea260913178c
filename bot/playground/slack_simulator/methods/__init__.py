"""The Web API's methods, one module per family. Each takes the state and the arguments, and returns the answer."""
