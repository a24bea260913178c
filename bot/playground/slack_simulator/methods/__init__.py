"""The Web API's methods, a module a family; each takes the workspace and the arguments and gives the answer."""
