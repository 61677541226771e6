// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Marks what crosses a library border; all else is hidden.
#define ESPALIER_API __attribute__((visibility("default")))
