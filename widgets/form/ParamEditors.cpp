// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form/ParamEditors.h"

#include "widgets/form/NumberEdit.h"
#include "widgets/form/WheelGuard.h"
#include "widgets/plots/StyleSheet.h"
#include "widgets/views/SegmentedButtons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>

namespace espalier {

namespace {

constexpr int kMostSegments = 4;
constexpr int kMostSegmentLetters = 44; // more than that is wider than the form's column
constexpr int kLineWidth = 210;         // at 100 %: the width of combo boxes and lines

QString keyOf(const ParamSpec& spec)
{
    return QString::fromStdString(spec.key);
}

int lineWidth(const QWidget& widget)
{
    return std::max(kLineWidth, widget.fontMetrics().averageCharWidth() * 28);
}

void put(ParamEditor* editor, QWidget* field, const ParamSpec& spec)
{
    if (editor->layout() == nullptr) {
        auto* layout = new QHBoxLayout(editor);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(8);
    }
    editor->layout()->addWidget(field);
    editor->setObjectName(keyOf(spec));
    editor->setFocusProxy(field);
    field->setObjectName(keyOf(spec));
    field->setAccessibleName(schemaText(spec.label));
    field->setAccessibleDescription(schemaText(spec.help));
}

class FlagEditor : public ParamEditor {
public:
    FlagEditor(const ParamSpec& spec, QWidget* parent)
        : ParamEditor(parent)
        , m_box(new QCheckBox(this))
    {
        put(this, m_box, spec);
        connect(m_box, &QCheckBox::toggled, this, &ParamEditor::edited);
    }

    ParamValue value() const override { return m_box->isChecked(); }

    void setValue(const ParamValue& value) override
    {
        const bool* on = std::get_if<bool>(&value);
        m_box->setChecked(on != nullptr && *on);
    }

    void setInvalid(bool) override {}

private:
    QCheckBox* m_box;
};

/// Shared by segments and combo box: the options as values, the first of them "absent" where that
/// is allowed.
struct Options {
    QStringList labels;
    std::vector<ParamValue> values;

    explicit Options(const ParamSpec& spec)
    {
        if (spec.optional) {
            labels.append(ParamEditor::tr("not set"));
            values.emplace_back();
        }
        if (const auto* choice = std::get_if<Choice>(&spec.domain)) {
            for (const std::string& option : choice->options) {
                labels.append(schemaText(option));
                values.emplace_back(option);
            }
        } else { // an optional flag
            labels.append({ParamEditor::tr("off"), ParamEditor::tr("on")});
            values.insert(values.end(), {ParamValue(false), ParamValue(true)});
        }
    }

    int indexOf(const ParamValue& value) const
    {
        const auto found = std::find(values.begin(), values.end(), value);
        return found == values.end() ? -1 : static_cast<int>(found - values.begin());
    }

    ParamValue at(int index) const
    {
        return index < 0 ? ParamValue{} : values.at(static_cast<std::size_t>(index));
    }

    bool fitSegments() const
    {
        return labels.size() <= kMostSegments &&
               labels.join(QString()).size() <= kMostSegmentLetters;
    }
};

class SegmentEditor : public ParamEditor {
public:
    SegmentEditor(const ParamSpec& spec, QWidget* parent)
        : ParamEditor(parent)
        , m_options(spec)
        , m_buttons(new SegmentedButtons(m_options.labels, this))
    {
        put(this, m_buttons, spec);
        connect(m_buttons, &SegmentedButtons::currentChanged, this, &ParamEditor::edited);
    }

    ParamValue value() const override { return m_options.at(m_buttons->current()); }

    void setValue(const ParamValue& value) override
    {
        m_buttons->setCurrent(m_options.indexOf(value));
    }

    void setInvalid(bool invalid) override { m_buttons->setInvalid(invalid); }

private:
    Options m_options;
    SegmentedButtons* m_buttons;
};

class ComboEditor : public ParamEditor {
public:
    ComboEditor(const ParamSpec& spec, QWidget* parent)
        : ParamEditor(parent)
        , m_options(spec)
        , m_combo(new QComboBox(this))
    {
        put(this, m_combo, spec);
        m_combo->addItems(m_options.labels);
        m_combo->setMinimumWidth(lineWidth(*this));
        WheelGuard::protect(m_combo);
        connect(m_combo, &QComboBox::currentIndexChanged, this, &ParamEditor::edited);
    }

    ParamValue value() const override { return m_options.at(m_combo->currentIndex()); }

    void setValue(const ParamValue& value) override
    {
        m_combo->setCurrentIndex(m_options.indexOf(value));
    }

    void setInvalid(bool invalid) override { espalier::setInvalid(m_combo, invalid); }

private:
    Options m_options;
    QComboBox* m_combo;
};

class NumberEditor : public ParamEditor {
public:
    NumberEditor(const ParamSpec& spec, QWidget* parent)
        : ParamEditor(parent)
        , m_number(new NumberEdit(spec, this))
    {
        put(this, m_number, spec);
        m_number->setMinimumWidth(m_number->sizeHint().width());
        WheelGuard::protect(m_number);
        connect(m_number, &NumberEdit::edited, this, &ParamEditor::edited);
    }

    ParamValue value() const override { return m_number->value(); }

    void setValue(const ParamValue& value) override { m_number->setValue(value); }

    void setInvalid(bool invalid) override { espalier::setInvalid(m_number, invalid); }

private:
    NumberEdit* m_number;
};

class LineEditor : public ParamEditor {
public:
    LineEditor(ParamSpec spec, const EditorOptions& options)
        : ParamEditor(options.parent)
        , m_spec(std::move(spec))
        , m_line(new QLineEdit(this))
    {
        put(this, m_line, m_spec);
        m_line->setMinimumWidth(lineWidth(*this));
        connect(m_line, &QLineEdit::textChanged, this, &ParamEditor::edited);
        const auto* text = std::get_if<Text>(&m_spec.domain);
        if (m_spec.optional) {
            m_line->setPlaceholderText(tr("not set"));
            m_line->setClearButtonEnabled(true);
        } else if (text != nullptr && !text->patternHelp.empty()) {
            m_line->setPlaceholderText(schemaText(text->patternHelp));
        } else if (std::holds_alternative<ListOf>(m_spec.domain)) {
            m_line->setPlaceholderText(tr("values separated by commas"));
        }
        if (text != nullptr && text->file) {
            addFileButton(options.chooseFile);
        }
    }

    ParamValue value() const override
    {
        const QString typed = m_line->text();
        if (m_spec.optional && typed.isEmpty()) {
            return {};
        }
        return parseParam(typed.toStdString(), m_spec);
    }

    void setValue(const ParamValue& value) override
    {
        const bool isAbsent = std::holds_alternative<std::monostate>(value);
        const QString shown = isAbsent ? QString() : QString::fromStdString(toText(value));
        if (shown != m_line->text()) {
            m_line->setText(shown);
            m_line->setCursorPosition(0);
        }
    }

    void setInvalid(bool invalid) override { espalier::setInvalid(m_line, invalid); }

private:
    void addFileButton(FileChooser choose)
    {
        auto* button = new QPushButton(tr("Choose…"), this);
        button->setObjectName(keyOf(m_spec) + QStringLiteral(".choose"));
        layout()->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, choose = std::move(choose)] {
            const QString title = schemaText(m_spec.label);
            const QString path =
                choose ? choose(title, m_line->text())
                       : QFileDialog::getOpenFileName(window(), title, m_line->text());
            if (!path.isEmpty()) {
                m_line->setText(path);
            }
        });
    }

    ParamSpec m_spec;
    QLineEdit* m_line;
};

} // namespace

QString schemaText(const std::string& text)
{
    return text.empty() ? QString() : QCoreApplication::translate("schema", text.c_str());
}

ParamEditor* makeParamEditor(const ParamSpec& spec, const EditorOptions& options)
{
    if (std::holds_alternative<Flag>(spec.domain) && !spec.optional) {
        return new FlagEditor(spec, options.parent);
    }
    if (std::holds_alternative<Flag>(spec.domain) || std::holds_alternative<Choice>(spec.domain)) {
        if (Options(spec).fitSegments()) {
            return new SegmentEditor(spec, options.parent);
        }
        return new ComboEditor(spec, options.parent);
    }
    if (std::holds_alternative<IntRange>(spec.domain) ||
        std::holds_alternative<RealRange>(spec.domain)) {
        return new NumberEditor(spec, options.parent);
    }
    return new LineEditor(spec, options);
}

} // namespace espalier
