// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/store/StoreReader.h"

#include <QObject>
#include <QPointer>
#include <QThread>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace espalier {

/// Reads rows on a thread of its own, so that the GUI thread never waits for a disk.
///
///     rows.ask(this, [](const StoreReader& store) { return store.runs(); },
///              [this](const std::vector<RunRecord>& runs) { show(runs); });
///
/// Questions are answered in order. A question must copy what it needs; its answer is a value.
class RowsReader : public QObject {
    Q_OBJECT

public:
    explicit RowsReader(Path workspace, QObject* parent = nullptr);
    ~RowsReader() override;

    /// `use` runs on this object's thread, and only while `context` lives.
    template <class Question, class Use>
    void ask(QObject* context, Question question, Use use)
    {
        post([this, guard = QPointer<QObject>(context), question = std::move(question),
              use = std::move(use)](const StoreReader& store) mutable {
            auto answer = std::make_shared<decltype(question(store))>(question(store));
            deliver([guard, answer, use = std::move(use)]() mutable {
                if (guard) {
                    use(std::move(*answer));
                }
            });
        });
    }

Q_SIGNALS:
    void failed(const QString& message);

private:
    using Task = std::function<void(const StoreReader&)>;

    void post(Task task);
    void answer(const Task& task);
    void deliver(std::function<void()> use);

    Path m_workspace;
    std::unique_ptr<StoreReader> m_store; // of the reading thread
    QThread m_thread;
    QObject* m_worker; // lives on that thread
};

/// One question asked again and again: while an answer is on its way, further requests become one.
class RepeatedQuestion {
public:
    /// `ask` gets a function to call when the answer has been used.
    using Ask = std::function<void(std::function<void()> done)>;

    explicit RepeatedQuestion(Ask ask)
        : m_state(std::make_shared<State>(State{.ask = std::move(ask)}))
    {
    }

    void request() { request(m_state); }

private:
    struct State {
        Ask ask = {};
        bool isAsked = false;
        bool isWanted = false;
    };

    static void request(const std::shared_ptr<State>& state)
    {
        if (state->isAsked) {
            state->isWanted = true;
            return;
        }
        state->isAsked = true;
        state->ask([weak = std::weak_ptr<State>(state)] {
            if (const std::shared_ptr<State> alive = weak.lock()) {
                alive->isAsked = false;
                if (std::exchange(alive->isWanted, false)) {
                    request(alive);
                }
            }
        });
    }

    std::shared_ptr<State> m_state;
};

} // namespace espalier
