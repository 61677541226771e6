// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/FolderPath.h"
#include "tests/support/Test.h"

using namespace espalier;

TEST(aFolderHasOneNameHoweverItIsWritten)
{
    for (const char* text : {"/data/model", "/data/model/", "/data/./other/../model//"}) {
        COMPARE(folderName(text), "model");
        COMPARE(absoluteFolder(text), Path("/data/model"));
    }
    COMPARE(folderName("."), std::filesystem::current_path().filename().string());
    COMPARE(folderName("./"), std::filesystem::current_path().filename().string());
    COMPARE(absoluteFolder("/"), Path("/"));
    COMPARE(folderName(""), "");
}
