// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/runner/Signals.h"

#include <array>
#include <atomic>
#include <chrono>
#include <signal.h>
#include <thread>

namespace espalier::cli {

namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
constexpr auto kPoll = std::chrono::milliseconds(50);

// A handler may touch nothing but this.
volatile sig_atomic_t signalCount = 0;

void count(int number)
{
    signalCount = signalCount + 1;
    if (number == SIGINT || number == SIGTERM) {
        ::signal(number, SIG_DFL);
    }
}

} // namespace

struct SignalWatch::State {
    std::function<void()> onSignal;
    std::atomic<bool> arrived{false};
    std::atomic<bool> ending{false};
    std::array<struct sigaction, kSignals.size()> before{};
    std::thread thread;

    void watch()
    {
        while (!ending) {
            if (signalCount > 0 && !arrived.exchange(true)) {
                onSignal();
            }
            std::this_thread::sleep_for(kPoll);
        }
    }
};

SignalWatch::SignalWatch(std::function<void()> onSignal)
    : m_state(std::make_unique<State>())
{
    signalCount = 0;
    m_state->onSignal = std::move(onSignal);

    struct sigaction action {};

    action.sa_handler = count;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        ::sigaction(kSignals[i], &action, &m_state->before[i]);
    }
    // Workers are started with signals held back until somebody listens.
    sigset_t heard;
    sigemptyset(&heard);
    for (const int number : kSignals) {
        sigaddset(&heard, number);
    }
    ::pthread_sigmask(SIG_UNBLOCK, &heard, nullptr);
    m_state->thread = std::thread([state = m_state.get()] { state->watch(); });
}

SignalWatch::~SignalWatch()
{
    m_state->ending = true;
    m_state->thread.join();
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        ::sigaction(kSignals[i], &m_state->before[i], nullptr);
    }
}

bool SignalWatch::arrived() const
{
    return m_state->arrived;
}

} // namespace espalier::cli
