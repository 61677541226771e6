// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/Context.h"
#include "app/bridge/RowsReader.h"
#include "app/rows/ModelEntries.h"
#include "widgets/form/ParamEditors.h"

#include <QTimer>
#include <QWidget>

#include <map>

class QLabel;
class QSplitter;

namespace espalier {

class ConsequencesPanel;
class Method;
class MethodGallery;
class ModelDataForm;
class ParamForm;
class RunFooter;
class ThenForm;

/// "New run": method, form, consequences; every change updates all three.
class MethodPage : public QWidget {
    Q_OBJECT

public:
    explicit MethodPage(const Context& context, QWidget* parent = nullptr);

    void chooseMethod(const QString& id);
    /// What Run would submit, one for each seed; empty while no method is chosen.
    std::vector<RunSpec> specs() const;

    /// Asks for a model folder; tests answer instead of the dialog.
    void setFolderChooser(FileChooser choose) { m_chooseFolder = std::move(choose); }

    /// Asks where a recipe is saved, likewise.
    void setFileChooser(FileChooser choose) { m_chooseFile = std::move(choose); }

    void submit();

Q_SIGNALS:
    void submittableChanged(bool isSubmittable);
    void recipeSaved(const QString& file);

private:
    struct Known {
        QList<ModelEntry> models;
        std::map<std::string, double> seconds; // by method: mean of what it took here
    };

    QWidget* makeForm(const QString& demo);
    QWidget* makeHeader();
    void connectAll();
    void showKnown(const Known& known);
    void showGallery();
    void methodChanged();
    void alignLabels();
    void changed();
    void showIssues(const std::vector<ParamIssue>& issues);
    void updateRunButton();
    QString whyNotNow() const;
    void focusIssue();
    QString recipe() const;
    void saveRecipe();
    void addModelFolder();

    Context m_context;
    MethodGallery* m_gallery;
    ConsequencesPanel* m_consequences;
    QSplitter* m_splitter;
    QLabel* m_title = nullptr;
    QLabel* m_summary = nullptr;
    ModelDataForm* m_modelData = nullptr;
    ParamForm* m_params = nullptr;
    ThenForm* m_then = nullptr;
    RunFooter* m_footer = nullptr;
    const Method* m_method = nullptr;
    Known m_known;
    std::vector<ParamIssue> m_issues; // all, in the order of the form
    bool m_isChecked = false;         // the findings belong to what the form shows
    bool m_isSubmitting = false;
    QTimer m_validation;
    RepeatedQuestion m_question;
    RepeatedQuestion m_knownQuestion;
    FileChooser m_chooseFolder;
    FileChooser m_chooseFile;
};

} // namespace espalier
