//! What a CI uploads beside rpms, about the package `corpus-native` of the corpus.

/// Modules: a stream that has the package as its artifact.
pub const MODULES: &str = "---
document: modulemd
version: 2
data:
  name: greeter
  stream: \"1\"
  version: 20260105
  context: c0ffee01
  arch: x86_64
  summary: It greets
  description: >-
    A module for tests, with größe.
  license:
    module:
      - MIT
  profiles:
    common:
      rpms:
        - corpus-native
  artifacts:
    rpms:
      - corpus-native-0:1.0-1.x86_64
---
document: modulemd-defaults
version: 1
data:
  module: greeter
  stream: \"1\"
  profiles:
    \"1\": [common]
...
";

/// Groups: one that has the package in it.
pub const COMPS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE comps PUBLIC \"-//Red Hat, Inc.//DTD Comps info//EN\" \"comps.dtd\">
<comps>
  <group>
    <id>greeters</id>
    <name>Greeters of größe</name>
    <description>They greet</description>
    <default>true</default>
    <uservisible>true</uservisible>
    <packagelist>
      <packagereq type=\"mandatory\">corpus-native</packagereq>
    </packagelist>
  </group>
</comps>
";

/// Advisories: one that the package mends.
pub const UPDATEINFO: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<updates>
  <update from=\"tests@example.com\" status=\"final\" type=\"security\" version=\"1\">
    <id>COLCA-2026-1</id>
    <title>It greets too loudly</title>
    <issued date=\"2026-01-05 00:00:00\"/>
    <updated date=\"2026-01-05 00:00:00\"/>
    <severity>Important</severity>
    <description>Grüße</description>
    <references/>
    <pkglist>
      <collection short=\"tests\">
        <name>tests</name>
        <package name=\"corpus-native\" version=\"1.0\" release=\"1\" epoch=\"0\" arch=\"x86_64\" src=\"corpus-native-1.0-1.src.rpm\">
          <filename>corpus-native-1.0-1.x86_64.rpm</filename>
        </package>
      </collection>
    </pkglist>
  </update>
</updates>
";

/// By the name that each is uploaded under: its text, and its type in `repomd.xml`.
pub const ALL: [(&str, &str, &str); 3] =
    [("modules.yaml", MODULES, "modules"), ("comps.xml", COMPS, "group"), ("updateinfo.xml", UPDATEINFO, "updateinfo")];
