"""Makes LocalStack's STS and CloudFormation as strict as AWS. This code runs inside LocalStack."""
