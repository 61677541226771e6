// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/IconShapes.h"

#include <array>

namespace espalier {

namespace {

struct GlyphShapes {
    Glyph glyph;
    const char* svg;
};

/// In the order of Glyph.
constexpr std::array kShapes{
    GlyphShapes{Glyph::Espalier,
                "<path d='M12 21V3M12 17H7q-2 0-2-2v-2M12 17h5q2 0 2-2v-2M12 12H7.5q-2 0-2-2V8M12 "
                "12h4.5q2 0 2-2V8"
                "M12 7H9.5q-1.5 0-1.5-1.5V4M12 7h2.5q1.5 0 1.5-1.5V4M9 21h6'/>"},
    GlyphShapes{Glyph::Models,
                "<path d='M12 3l9 4.5-9 4.5-9-4.5zM3 12l9 4.5 9-4.5M3 16.5L12 21l9-4.5'/>"},
    GlyphShapes{Glyph::NewRun, "<circle cx='12' cy='12' r='9'/><path d='M12 8v8M8 12h8'/>"},
    GlyphShapes{Glyph::Queue, "<path d='M4 6h10M4 12h10M4 18h6M18 5v13M15 15l3 3 3-3'/>"},
    GlyphShapes{
        Glyph::Compare,
        "<path d='M4 3v17h17M7 6q2 8 12 9.5'/><circle cx='9' cy='11' r='1'/><circle cx='15' "
        "cy='11' r='1'/>"},
    GlyphShapes{Glyph::Report, "<path d='M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h7'/>"},
    GlyphShapes{Glyph::Plugins, "<path d='M9 3v5M15 3v5M6 8h12v3q0 5-6 5t-6-5zM12 16v5'/>"},
    GlyphShapes{
        Glyph::Settings,
        "<circle cx='12' cy='12' r='3'/><path d='M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 "
        "2.1"
        "M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1'/>"},
    GlyphShapes{Glyph::Check, "<path d='M4.5 12.5l5 5L19.5 7'/>"},
    GlyphShapes{Glyph::Warning, "<path d='M12 4L2.5 20h19zM12 10v5M12 17.5v.2'/>"},
    GlyphShapes{Glyph::Error, "<circle cx='12' cy='12' r='9'/><path d='M9 9l6 6M15 9l-6 6'/>"},
    GlyphShapes{Glyph::Info, "<circle cx='12' cy='12' r='9'/><path d='M12 11v6M12 7.5v.2'/>"},
    GlyphShapes{Glyph::Clock, "<circle cx='12' cy='12' r='9'/><path d='M12 7v5.5l3.5 2'/>"},
    GlyphShapes{Glyph::Play, "<path d='M7 4.5v15l12-7.5z'/>"},
    GlyphShapes{Glyph::Pause, "<path d='M9 5v14M15 5v14'/>"},
    GlyphShapes{Glyph::Stop, "<rect x='6' y='6' width='12' height='12' rx='1'/>"},
    GlyphShapes{Glyph::Close, "<path d='M6 6l12 12M18 6L6 18'/>"},
    GlyphShapes{Glyph::More, "<path d='M5.5 12h.2M12 12h.2M18.5 12h.2'/>"},
    GlyphShapes{Glyph::Search, "<circle cx='11' cy='11' r='6.5'/><path d='M16 16l5 5'/>"},
    GlyphShapes{Glyph::Filter, "<path d='M4 5h16l-6 7.5V19l-4-2v-4.5z'/>"},
    GlyphShapes{Glyph::Plus, "<path d='M12 5v14M5 12h14'/>"},
    GlyphShapes{Glyph::Folder, "<path d='M3 6h6l2 2.5h10V19H3z'/>"},
    GlyphShapes{Glyph::Copy,
                "<rect x='8' y='8' width='12' height='12' rx='2'/><path d='M16 8V4H4v12h4'/>"},
    GlyphShapes{Glyph::Flag, "<path d='M5 21V4h14l-3 4.5 3 4.5H5'/>"},
    GlyphShapes{Glyph::Calibration,
                "<ellipse cx='12' cy='6' rx='7.5' ry='3'/><path d='M4.5 6v12q0 3 7.5 3t7.5-3V6M4.5 "
                "12q0 3 7.5 3t7.5-3'/>"},
    GlyphShapes{Glyph::Teacher,
                "<path d='M12 5L2 9.5 12 14l10-4.5zM6.5 11.8V17q5.5 3.5 11 0v-5.2'/>"},
    GlyphShapes{Glyph::Gradients, "<path d='M4 4q1 14 17 15M13 21h8M4 4'/><path d='M4 9.5V4h.2'/>"},
    GlyphShapes{Glyph::Memory,
                "<rect x='6' y='6' width='12' height='12' rx='2'/><path d='M9 3v3M15 3v3M9 18v3M15 "
                "18v3M3 9h3M3 15h3M18 9h3M18 15h3'/>"},
    GlyphShapes{Glyph::Disk,
                "<rect x='3' y='7' width='18' height='10' rx='2'/><path d='M6.5 13.5h5M17 "
                "13.5h.2'/>"},
    GlyphShapes{Glyph::ChevronRight, "<path d='M9.5 6l6 6-6 6'/>"},
    GlyphShapes{Glyph::ChevronDown, "<path d='M6 9.5l6 6 6-6'/>"},
    GlyphShapes{Glyph::Retry, "<path d='M5 12a7.5 7.5 0 1 0 2.5-5.6M4.5 3.5l2.5 3.3 3.6-1.8'/>"},
    GlyphShapes{Glyph::Grip, "<path d='M9 6h.2M15 6h.2M9 12h.2M15 12h.2M9 18h.2M15 18h.2'/>"},
    GlyphShapes{Glyph::Download, "<path d='M12 4v11M7 10.5l5 5 5-5M5 20h14'/>"},
    GlyphShapes{Glyph::Pin, "<path d='M9 3h6M10 3v7l-3 4h10l-3-4V3M12 14v7'/>"},
    GlyphShapes{Glyph::Save, "<path d='M5 4h11l4 4v12H5zM8 4v5h7V4M8 20v-6h8v6'/>"},
    GlyphShapes{Glyph::Link,
                "<path d='M10 14q-2.5-2.5 0-5l3.5-3.5q2.5-2 5 .5t.5 5L17 13M14 10q2.5 2.5 0 5l-3.5 "
                "3.5q-2.5 2-5-.5t-.5-5L7 11'/>"},
    GlyphShapes{Glyph::Speed, "<path d='M4 18a9 9 0 1 1 16 0M12 15l4-6'/>"},
    GlyphShapes{Glyph::Delete, "<path d='M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6'/>"},
};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < kShapes.size(); ++i) {
        if (static_cast<std::size_t>(kShapes[i].glyph) != i + 1) {
            return false;
        }
    }
    return static_cast<std::size_t>(Glyph::Delete) == kShapes.size();
}

static_assert(isInOrder(), "every glyph has its shapes, in the order of the enumeration");

} // namespace

const char* shapesOf(Glyph glyph)
{
    return kShapes.at(static_cast<std::size_t>(glyph) - 1).svg;
}

} // namespace espalier
