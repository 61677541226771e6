// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/RowsReader.h"

#include "app/Text.h"

namespace espalier {

RowsReader::RowsReader(Path workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(std::move(workspace))
    , m_worker(new QObject)
{
    m_thread.setObjectName(QStringLiteral("rows"));
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    // The connection to the database is closed by the thread that opened it.
    connect(
        &m_thread, &QThread::finished, m_worker, [this] { m_store.reset(); }, Qt::DirectConnection);
    m_thread.start();
}

RowsReader::~RowsReader()
{
    m_thread.quit();
    m_thread.wait();
}

void RowsReader::post(Task task)
{
    QMetaObject::invokeMethod(
        m_worker, [this, task = std::move(task)] { answer(task); }, Qt::QueuedConnection);
}

void RowsReader::answer(const Task& task)
{
    // A thread's end is a border: the error becomes a message of the window.
    try {
        if (!m_store) {
            m_store = std::make_unique<StoreReader>(m_workspace);
        }
        task(*m_store);
    } catch (const Error& error) {
        Q_EMIT failed(fromUtf8(error.what()));
    }
}

void RowsReader::deliver(std::function<void()> use)
{
    QMetaObject::invokeMethod(this, std::move(use), Qt::QueuedConnection);
}

} // namespace espalier
