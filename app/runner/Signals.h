// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

namespace espalier::cli {

/// While it lives, INT, TERM, USR1 and USR2 (schedulers warn with the last two) call `onSignal`
/// once, on a thread of its own. The second INT or TERM ends the program as it always does.
class SignalWatch {
public:
    explicit SignalWatch(std::function<void()> onSignal);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    bool arrived() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace espalier::cli
