"""Makes the emulators as strict as AWS where they are laxer.

Code in this package runs inside the emulators' processes: the providers inside LocalStack, `pca_server`
as the server for AWS Private CA.
"""
