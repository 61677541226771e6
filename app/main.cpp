// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/MainWindow.h"
#include "app/Text.h"
#include "app/Workspace.h"
#include "app/pages/QueuePage.h"
#include "app/settings/Settings.h"
#include "core/base/Error.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/EmptyState.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTimer>

#include <cstdio>

namespace {

constexpr int kPictureMs = 2500; // after that long every page has read its rows

QString defaultWorkspace()
{
    const QString named = qEnvironmentVariable("ESPALIER_WORKSPACE");
    return named.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                                 QStringLiteral("/espalier/workspace")
                           : named;
}

const espalier::PlotTheme& themeNamed(const QString& name)
{
    return name == QStringLiteral("dark") ? espalier::PlotTheme::dark()
                                          : espalier::PlotTheme::light();
}

void addOptions(QCommandLineParser& parser)
{
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({
        {QStringLiteral("workspace"), QStringLiteral("Folder of the workspace; made when missing."),
         QStringLiteral("DIR")},
        {QStringLiteral("theme"), QStringLiteral("light or dark."), QStringLiteral("NAME")},
        {QStringLiteral("page"),
         QStringLiteral("models, newRun, queue, compare, report or plugins."),
         QStringLiteral("ID")},
        {QStringLiteral("run"), QStringLiteral("Opens this run in the queue page."),
         QStringLiteral("ID")},
        {QStringLiteral("size"), QStringLiteral("Size of the window, 1440x900."),
         QStringLiteral("WxH")},
        {QStringLiteral("picture"), QStringLiteral("Saves a picture of the window and ends."),
         QStringLiteral("FILE")},
    });
}

void showWindow(espalier::MainWindow& window, const QCommandLineParser& parser,
                const espalier::Settings& settings)
{
    const QStringList size = parser.value(QStringLiteral("size")).split(QLatin1Char('x'));
    if (size.size() == 2) {
        window.resize(size.at(0).toInt(), size.at(1).toInt());
    }
    window.showPage(parser.isSet(QStringLiteral("page")) ? parser.value(QStringLiteral("page"))
                                                         : settings.page());
    if (const auto run =
            espalier::runIdFromText(espalier::toUtf8(parser.value(QStringLiteral("run"))))) {
        window.openRun(espalier::numberOf(*run));
    }
    window.show();
}

/// What is wrong with the words of the command line, or nothing.
QString complaintAbout(const QCommandLineParser& parser)
{
    const auto given = [&](const char* name) { return parser.value(QString::fromLatin1(name)); };
    const QStringList pages{QStringLiteral("models"), QStringLiteral("newRun"),
                            QStringLiteral("queue"),  QStringLiteral("compare"),
                            QStringLiteral("report"), QStringLiteral("plugins")};
    if (parser.isSet(QStringLiteral("page")) && !pages.contains(given("page"))) {
        return QStringLiteral("There is no page \"%1\". There are %2.")
            .arg(given("page"), pages.join(QStringLiteral(", ")));
    }
    const QStringList themes{QStringLiteral("light"), QStringLiteral("dark")};
    if (parser.isSet(QStringLiteral("theme")) && !themes.contains(given("theme"))) {
        return QStringLiteral("There is no theme \"%1\"; it is light or dark.").arg(given("theme"));
    }
    static const QRegularExpression kSize(QStringLiteral("^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$"));
    if (parser.isSet(QStringLiteral("size")) && !kSize.match(given("size")).hasMatch()) {
        return QStringLiteral("--size is \"%1\"; write it as 1440x900.").arg(given("size"));
    }
    if (parser.isSet(QStringLiteral("run")) &&
        !espalier::runIdFromText(espalier::toUtf8(given("run")))) {
        return QStringLiteral("--run is \"%1\"; it must be the number of a run.").arg(given("run"));
    }
    return {};
}

int complain(const QString& sentence, int code)
{
    std::fprintf(stderr, "espalier: %s\n", qPrintable(sentence));
    return code;
}

/// A workspace that cannot be opened at all: what happened, and what to do.
int showFailure(QApplication& application, const espalier::Error& error)
{
    espalier::EmptyState page(espalier::Glyph::Error);
    page.setText(espalier::fromUtf8(error.what()), QCoreApplication::translate("main", "Close"));
    page.resize(720, 360);
    page.setWindowTitle(QStringLiteral("Espalier"));
    QObject::connect(&page, &espalier::EmptyState::actionTriggered, &application,
                     &QApplication::quit);
    page.show();
    application.exec();
    return 3;
}

} // namespace

int main(int argc, char** argv)
{
    QApplication::setHighDpiScaleFactorRoundingPolicy(
        Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("espalier"));
    QCoreApplication::setOrganizationName(QStringLiteral("espalier"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ESPALIER_VERSION));
    QCommandLineParser parser;
    addOptions(parser);
    parser.process(application);

    if (const QString complaint = complaintAbout(parser); !complaint.isEmpty()) {
        return complain(complaint, 2);
    }
    espalier::Settings settings;
    espalier::applyTheme(application, themeNamed(parser.isSet(QStringLiteral("theme"))
                                                     ? parser.value(QStringLiteral("theme"))
                                                     : settings.theme()));
    const QString folder = parser.isSet(QStringLiteral("workspace"))
                               ? parser.value(QStringLiteral("workspace"))
                               : defaultWorkspace();
    try {
        espalier::Workspace workspace(espalier::toPath(QDir(folder).absolutePath()),
                                      espalier::Installation::ofThisProgram());
        espalier::MainWindow window(workspace, settings);
        QObject::connect(&window, &espalier::MainWindow::themeRequested, &application,
                         [&application](const QString& name) {
                             espalier::applyTheme(application, themeNamed(name));
                         });
        showWindow(window, parser, settings);
        if (parser.isSet(QStringLiteral("picture"))) {
            QTimer::singleShot(kPictureMs, &window, [&] {
                const QString file = parser.value(QStringLiteral("picture"));
                const bool isSaved = window.grab().save(file);
                QApplication::exit(
                    isSaved ? 0 : complain(QStringLiteral("Cannot write %1.").arg(file), 4));
            });
        }
        return QApplication::exec();
    } catch (const espalier::Error& error) {
        if (parser.isSet(QStringLiteral("picture"))) { // nobody is there to close a window
            return complain(espalier::fromUtf8(error.what()), 3);
        }
        return showFailure(application, error);
    }
}
