// SPDX-License-Identifier: GPL-3.0-or-later
// Anchor of the precompiled Qt header.
