#!/usr/bin/env python3
"""Prints, as JSON, the CloudFormation template that SAM makes of template.yaml.

AWS does the same at deployment; here it shows what a section really becomes, and lets
cfn-lint see it. It asks AWS nothing: there are no managed policies to look up.
"""

import json
import logging
import os
import sys

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

# The short forms whose long form has no prefix.
BARE = {"Ref", "Condition"}


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms, like !GetAtt, as their long ones."""


def long_form(loader, suffix, node):
    name = suffix if suffix in BARE else "Fn::" + suffix
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "Fn::GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


Loader.add_multi_constructor("!", long_form)


def expand(path):
    with open(path, encoding="utf-8") as source:
        template = yaml.load(source, Loader)  # SafeLoader underneath
    # A folder can't be deployed: `sam package` puts the uploaded archive in its place.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    defaults = {name: p["Default"] for name, p in template.get("Parameters", {}).items() if "Default" in p}
    region = os.environ.get("AWS_REGION", "eu-central-1")
    session = boto3.session.Session(region_name=region)
    translator = Translator({}, Parser(), boto_session=session)
    return translator.translate(sam_template=template, parameter_values=defaults)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    json.dump(expand(sys.argv[1] if len(sys.argv) > 1 else "template.yaml"), sys.stdout, indent=1)
    print()
