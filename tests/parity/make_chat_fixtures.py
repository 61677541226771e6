# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/tokenizer/chat.json: conversations as transformers' own engine puts them together, and the sums by which
templates of public models are known.

    pip install transformers==5.24 jinja2
    python tests/parity/make_chat_fixtures.py TEMPLATES.json

TEMPLATES.json is {"name of ours": [[chat_template of a public model, bos_token, eos_token], ...]}; the templates themselves are
the models' and are not kept here.
"""
import hashlib
import json
import os
import sys

from transformers.utils.chat_template_utils import render_jinja_template

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "tokenizer", "chat.json")
CHATS = [[("user", "Hello")], [("system", "Be brief."), ("user", " What is a tree? \n")],
         [("user", "Hi"), ("assistant", "  Hello there. "), ("user", "\u6a39\u679d?")],
         [("system", "You prune."), ("user", "One"), ("assistant", "Two"), ("user", "Three"), ("assistant", "Four\n")]]


def normalized(template):
    template = template.replace("\\n", "\n")
    return template[:-1] if template.endswith("\n") else template


templates, rendered = {}, []
for name, variants in json.load(open(sys.argv[1], encoding="utf-8")).items():
    for template, bos, eos in variants:
        templates.setdefault(name, []).append(hashlib.sha256(normalized(template).encode()).hexdigest())
        for chat in CHATS:
            for prompt in [False, True]:
                messages = [{"role": role, "content": content} for role, content in chat]
                try:
                    text = render_jinja_template([messages], chat_template=template, add_generation_prompt=prompt, bos_token=bos,
                                                 eos_token=eos)[0][0]
                except Exception as error:
                    assert "not supported" in str(error) or "alternate" in str(error) or "Only user" in str(error), error
                    text = None
                rendered.append({"template": name, "messages": chat, "prompt": prompt, "bos": bos, "eos": eos, "text": text})
with open(OUT, "w", encoding="utf-8") as out:
    out.write('{"sums":' + json.dumps(templates) + ',\n"chats":[\n' + ",\n".join(json.dumps(r) for r in rendered) + "\n]}\n")
