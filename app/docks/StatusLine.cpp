// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/docks/StatusLine.h"

#include "app/Text.h"
#include "app/Workspace.h"
#include "core/analysis/NumberFormat.h"
#include "widgets/plots/StyleSheet.h"

#include <QFile>
#include <QLabel>
#include <QStatusBar>
#include <QStorageInfo>
#include <QThread>
#include <QTime>

#include <unistd.h>

namespace espalier {

namespace {

constexpr int kMeasureMs = 2000;
constexpr double kGigabyte = 1e9;

qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) {
        return 0;
    }
    const QList<QByteArray> fields = file.readAll().split(' ');
    return fields.size() < 2 ? 0 : fields.at(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

} // namespace

StatusLine::StatusLine(const Context& context, QStatusBar& bar)
    : QObject(&bar)
    , m_context(context)
    , m_bar(bar)
    , m_threads(addPart("threads"))
    , m_memory(addPart("memory"))
    , m_disk(addPart("disk"))
    , m_store(addPart("store"))
{
    bar.setSizeGripEnabled(false);
    m_threads->setText(tr("%n thread(s), deterministic", nullptr, QThread::idealThreadCount())
                           .replace(QStringLiteral("(s)"), QThread::idealThreadCount() == 1
                                                               ? QString()
                                                               : QStringLiteral("s")));
    m_threads->setToolTip(tr("The same run gives the same bits at the same number of threads."));
    const bool isReadOnly = context.workspace.isReadOnly();
    m_store->setText(isReadOnly ? tr("Read-only") : tr("Store open"));
    m_store->setToolTip(isReadOnly ? context.workspace.readOnlyReason() : QString());
    setRole(m_store, isReadOnly ? "warning" : "success");
    connect(&context.workspace, &Workspace::runsChanged, this, [this] {
        if (!m_context.workspace.isReadOnly()) {
            m_store->setText(tr("Journal written %1")
                                 .arg(QTime::currentTime().toString(QStringLiteral("HH:mm:ss"))));
        }
    });
    connect(&m_timer, &QTimer::timeout, this, &StatusLine::measure);
    m_timer.start(kMeasureMs);
    measure();
}

QLabel* StatusLine::addPart(const char* name)
{
    auto* label = new QLabel(&m_bar);
    label->setObjectName(QString::fromLatin1(name));
    label->setContentsMargins(8, 0, 8, 0);
    setTextRole(label, TextRole::Caption);
    m_bar.addPermanentWidget(label);
    return label;
}

void StatusLine::measure()
{
    // A file system may be slow to answer: not on the GUI thread.
    m_context.workspace.rows().ask(
        this,
        [folder = fromPath(m_context.workspace.layout().folder)](const StoreReader&) {
            return Machine{residentBytes(), QStorageInfo(folder).bytesAvailable()};
        },
        [this](const Machine& machine) { show(machine); });
}

void StatusLine::show(const Machine& machine)
{
    m_memory->setText(
        tr("RSS %1").arg(fromUtf8(mebibyteText(static_cast<double>(machine.residentBytes)))));
    m_memory->setToolTip(tr("Memory of this window; each run has its own process."));
    m_disk->setText(
        tr("Disk %1 GB free")
            .arg(fromUtf8(fixedText(static_cast<double>(machine.freeBytes) / kGigabyte, 0))));
}

} // namespace espalier
