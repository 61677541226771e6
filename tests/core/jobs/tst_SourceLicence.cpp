// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/SourceLicence.h"
#include "tests/support/Fixtures.h"
#include "tests/support/TempFolder.h"
#include "tests/support/Test.h"

using namespace espalier;

namespace {

/// Of a folder with this one file.
std::string licenceIn(const char* name, const std::string& text)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / name, text);
    return licenceOf(folder.path());
}

} // namespace

TEST(theModelCardsFrontMatterCounts)
{
    COMPARE(licenceIn("README.md", "---\ntags: [x]\nlicense: apache-2.0\n---\n# M\n"),
            "apache-2.0");
    COMPARE(licenceIn("README.md", "---\r\nlicense: mit\r\n---\r\n"), "mit");
    COMPARE(licenceIn("README.md", "# M\nlicense: mit\n"), "");
    COMPARE(licenceIn("README.md", "---\nlicense: [\n---\n"), "");
}

TEST(elseTheLicenceFile)
{
    COMPARE(licenceIn("LICENSE", "MIT License\n\nCopyright (c) 2023\n"), "mit");
    COMPARE(licenceIn("LICENSE.txt", "  Apache License\n  Version 2.0, January 2004\n"),
            "apache-2.0");
    COMPARE(licenceIn("LICENSE.md", "---\ntitle: X\nspdx-id: BSD-3-Clause\n---\n"), "BSD-3-Clause");
    COMPARE(licenceIn("LICENSE", "My own terms. No MIT Licence.\n"), "");
    COMPARE(licenceIn("notes", "MIT License\n"), "");
    COMPARE(licenceOf(test::demoFolder() / "stories260k"), "mit");
}

TEST(theCardGoesBeforeTheFile)
{
    const test::TempFolder folder;
    writeFileAtomically(folder.path() / "README.md", "---\nlicense: llama3\n---\n");
    writeFileAtomically(folder.path() / "LICENSE", "MIT License\n");
    COMPARE(licenceOf(folder.path()), "llama3");
}
