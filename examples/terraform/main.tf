# A function, its layer and a published version, on Thaw instead of AWS.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  description = "Where Thaw listens"
  type        = string
  default     = "http://127.0.0.1:9000"
}

variable "greeting" {
  description = "What the function says"
  type        = string
  default     = "Hello"
}

provider "aws" {
  region     = "us-east-1"
  access_key = "any"
  secret_key = "any"

  # There is nothing but Lambda to ask.
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true

  endpoints {
    lambda = var.endpoint
  }
}

locals {
  # Terraform's archive provider makes a zip of a directory; here they stand ready, so that one provider is enough.
  code  = "${path.module}/function.zip"
  layer = "${path.module}/layer.zip"
}

resource "aws_lambda_layer_version" "note" {
  layer_name          = "terraform-note"
  filename            = local.layer
  source_code_hash    = filebase64sha256(local.layer)
  compatible_runtimes = ["python3.13"]
}

resource "aws_lambda_layer_version_permission" "note" {
  layer_name     = aws_lambda_layer_version.note.layer_arn
  version_number = aws_lambda_layer_version.note.version
  statement_id   = "everyone"
  action         = "lambda:GetLayerVersion"
  principal      = "*"
}

resource "aws_lambda_function" "hello" {
  function_name    = "terraform-hello"
  role             = "arn:aws:iam::000000000000:role/any" # a role is asked for, and not looked up
  runtime          = "python3.13"
  handler          = "app.handler"
  filename         = local.code
  source_code_hash = filebase64sha256(local.code)
  memory_size      = 256
  timeout          = 60
  publish          = true
  layers           = [aws_lambda_layer_version.note.arn]

  environment {
    variables = {
      GREETING = var.greeting
    }
  }

  tags = {
    team = "snow"
  }
}

output "version" {
  description = "The version that was published last"
  value       = aws_lambda_function.hello.version
}
