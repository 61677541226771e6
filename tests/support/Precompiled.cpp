// SPDX-License-Identifier: GPL-3.0-or-later
// Anchor of the tests' precompiled headers.
