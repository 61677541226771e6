// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/Cutting.h"
#include "core/tokenizer/JsonPart.h"
#include "core/tokenizer/PreTokenizers.h"

#include <algorithm>

namespace espalier {

namespace {

// Every script of Unicode 14 but Hiragana and Katakana, which count as Han. PCRE2 knows them all
// from 10.40 on; what it does not know is left out.
constexpr std::string_view kScripts =
    "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak "
    "Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian "
    "Caucasian_Albanian Chakma Cham Cherokee Chorasmian Coptic Cuneiform Cypriot "
    "Cypro_Minoan "
    "Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic "
    "Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Hangul "
    "Hanifi_Rohingya Hanunoo Hatran Hebrew Imperial_Aramaic Inherited Inscriptional_Pahlavi "
    "Inscriptional_Parthian Javanese Kaithi Kannada Kayah_Li Kharoshthi Khitan_Small_Script Khmer "
    "Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar "
    "Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui "
    "Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean "
    "Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian "
    "Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic "
    "Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician "
    "Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala "
    "Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham "
    "Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic "
    "Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square";
constexpr std::string_view kHan = R"(\p{sc:Han}\p{sc:Hiragana}\p{sc:Katakana}\x{30FC})";
// A space and what has no script go with anything.
constexpr std::string_view kAnything = R"(\x{20}\p{sc:Unknown})";

/// A character of a script, and what goes on with it.
std::string runOf(const std::string& first, const std::string& members)
{
    return first + "[" + members + std::string(kAnything) + "]*";
}

std::string runs()
{
    const std::string han(kHan);
    std::string pattern = runOf("[" + han + "]", han);
    for (std::size_t at = 0; at < kScripts.size();) {
        const std::size_t end = std::min(kScripts.find(' ', at), kScripts.size());
        const std::string members = "\\p{sc:" + std::string(kScripts.substr(at, end - at)) + "}";
        at = end + 1;
        if (Regex::isReadable(members)) {
            pattern += "|" + runOf(members, members);
        }
    }
    // U+30FC is of the common script but counts as Han, the space counts as nothing.
    return pattern +
           R"(|(?![\x{20}\x{30FC}])\p{sc:Common}(?:(?!\x{30FC})[\p{sc:Common}\p{sc:Unknown}])*)";
}

/// A word is a run of one script. What has no script goes with the word before it, and is lost
/// where there is none.
class UnicodeScripts : public PreTokenizer {
public:
    explicit UnicodeScripts(const std::string& where)
        : m_runs(runs(), where)
    {
    }

    void apply(Pieces& pieces) const override
    {
        cutByPattern(pieces, m_runs, Cut::Removed, Matches::Inverted);
    }

private:
    Regex m_runs;
};

} // namespace

std::unique_ptr<PreTokenizer> makeUnicodeScripts(const JsonPart& part)
{
    return std::make_unique<UnicodeScripts>(part.where());
}

} // namespace espalier
