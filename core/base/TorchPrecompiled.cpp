// SPDX-License-Identifier: GPL-3.0-or-later
// Anchor of the precompiled libtorch header; see torch_pch in core/CMakeLists.txt.
