"""AWS on this machine: LocalStack as a process, plus our services as its plugins, one folder per service.

Left out: anything LocalStack or Moto already do right. Services reach each other through boto3, as on AWS.
Start reading at `start` (what runs), then `moto` (how unwritten operations are answered), then a service's `provider`.
"""
