// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/Autocast.h"

#include <ATen/autocast_mode.h>

namespace espalier {

AutocastScope::AutocastScope(Compute compute, at::Device device)
    : m_entered(compute == Compute::BFloat16)
    , m_device(device.type())
{
    if (!m_entered) {
        return;
    }
    m_wasEnabled = at::autocast::is_autocast_enabled(m_device);
    m_wasType = at::autocast::get_autocast_dtype(m_device);
    at::autocast::set_autocast_enabled(m_device, true);
    at::autocast::set_autocast_dtype(m_device, at::kBFloat16);
    at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope()
{
    if (!m_entered) {
        return;
    }
    if (at::autocast::decrement_nesting() == 0) {
        at::autocast::clear_cache(); // the copies are of weights that the next step changes
    }
    at::autocast::set_autocast_enabled(m_device, m_wasEnabled);
    at::autocast::set_autocast_dtype(m_device, m_wasType);
}

} // namespace espalier
