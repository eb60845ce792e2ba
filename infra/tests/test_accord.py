"""cdn.yaml and url-function.js say what cdn-rules.json says."""

import json
import re
import subprocess
import textwrap
import unittest
from pathlib import Path

INFRA = Path(__file__).resolve().parents[1]
RULES = json.loads((INFRA / "cdn-rules.json").read_text())
TEMPLATE = (INFRA / "cdn.yaml").read_text()
SCRIPT = (INFRA / "url-function.js").read_text()


class Accord(unittest.TestCase):
    """`infra/sync --check` is the rule; the others look at its result without it."""

    def test_generated_blocks_are_up_to_date(self) -> None:
        done = subprocess.run([INFRA / "sync", "--check"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_template_holds_the_function(self) -> None:
        block = re.search(r"^ +FunctionCode: \|\n(.*?)^ +# end generated: function$", TEMPLATE, re.M | re.S)
        self.assertEqual(textwrap.dedent(block[1]), SCRIPT)

    def test_function_knows_the_rules(self) -> None:
        constants = json.loads(re.search(r"^const RULES = (\{.*?^\});", SCRIPT, re.M | re.S)[1])
        self.assertEqual(constants["prefix"], RULES["public_prefix"])
        self.assertEqual(constants["entry"], RULES["kinds"]["entry"]["paths"])
        self.assertEqual(set(constants["aliases"].values()), {RULES["public_prefix"]})

    def test_each_entry_file_has_a_behaviour_with_the_function(self) -> None:
        patterns = re.findall(r'PathPattern: "(.*)"', TEMPLATE)
        self.assertEqual(patterns, RULES["kinds"]["entry"]["paths"])
        self.assertEqual(TEMPLATE.count("CachePolicyId: !Ref EntryCachePolicy"), len(patterns))
        self.assertEqual(TEMPLATE.count("EventType: viewer-request"), len(patterns) + 1)  # and the default one
        self.assertEqual(TEMPLATE.count("ResponseHeadersPolicyId: !Ref HeadersPolicy"), len(patterns) + 1)

    def test_times(self) -> None:
        longest = [int(one) for one in re.findall(r" MaxTTL: (\d+)", TEMPLATE)]
        self.assertEqual(longest, [RULES["kinds"][kind]["max_ttl"] for kind in ("entry", "immutable")])
        self.assertLessEqual(longest[0], 60)

    def test_headers_fit_the_limits(self) -> None:
        self.assertEqual(TEMPLATE.count("- Header: "), len(RULES["hidden_headers"]))
        self.assertLessEqual(len(RULES["hidden_headers"]), 10)  # CloudFront removes at most ten

    def test_only_the_public_prefix_is_readable(self) -> None:
        grants = re.findall(r"Effect: Allow.*?Resource: ([^\n]*)", TEMPLATE, re.S)
        bucket = "!Sub arn:${AWS::Partition}:s3:::${StoreBucket}"
        self.assertEqual(grants, [f"{bucket}/{RULES['public_prefix']}/*", bucket])  # objects; the bucket for 404s
        self.assertEqual(TEMPLATE.count("AWS:SourceArn:"), len(grants))
        actions = re.findall(r"Effect: Allow.*?Action: ([^\n]*)", TEMPLATE, re.S)
        self.assertEqual(actions, ["s3:GetObject", "s3:ListBucket"])

    def test_fits_cloudformation(self) -> None:
        self.assertLess(len(TEMPLATE.encode()), 51_200)
