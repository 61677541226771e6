// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Test.h"

#include <QTest>

/// Every TEST() of the program as one row of a data-driven Qt Test function.
class RegisteredTests : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void test_data();
    void test();
};

void RegisteredTests::test_data()
{
    QTest::addColumn<int>("index");
    const auto& tests = espalier::test::registry();
    for (std::size_t i = 0; i < tests.size(); ++i) {
        QTest::newRow(tests[i].name.c_str()) << static_cast<int>(i);
    }
}

void RegisteredTests::test()
{
    QFETCH(int, index);
    try {
        espalier::test::registry()[static_cast<std::size_t>(index)].function();
    } catch (const espalier::test::Leave&) {
        return;
    } catch (const std::exception& error) {
        QFAIL(error.what());
    }
}

namespace espalier::test {

void fail(const std::string& message, const char* file, int line)
{
    QTest::qFail(message.c_str(), file, line);
    throw Leave{};
}

void skip(const std::string& reason, const char* file, int line)
{
    QTest::qSkip(reason.c_str(), file, line);
    throw Leave{};
}

} // namespace espalier::test

QTEST_GUILESS_MAIN(RegisteredTests)
#include "QtRunner.moc"
