#include "host/store/sealed_view.h"

#include <utility>

#include "host/store/batch_check.h"
#include "host/store/key_text.h"
#include "host/store/value_seal.h"

namespace qr {
namespace {

constexpr char kSealVersion = 1;
constexpr std::size_t kHeadBytes = 4;
static_assert(kHeadBytes + kSealNonceBytes + kSealTagBytes <= kStoreSealBytesMax);

std::string head_of(std::uint16_t number) {
    return {kSealVersion, 0, static_cast<char>(number & 0xff), static_cast<char>(number >> 8)};
}

std::string context_of(std::string_view head, Shelf shelf, std::string_view key) {
    std::string context(head);
    context.push_back(static_cast<char>(shelf));
    return context.append(key);
}

class SealedCursor final : public StoreCursor {
  public:
    SealedCursor(std::unique_ptr<StoreCursor> cursor, std::shared_ptr<const KeyRing> keys,
                 Shelf shelf)
        : cursor_(std::move(cursor)), keys_(std::move(keys)), shelf_(shelf) {}

    bool next() override {
        while (cursor_->next()) {
            take_damage();
            const auto opened = unseal_value(*keys_, shelf_, key(), cursor_->value(), value_);
            if (opened) return true;
            damage_.push_back({shelf_, std::string(key()), opened.error().message});
        }
        take_damage();
        return false;
    }
    std::string_view key() const override { return cursor_->key(); }
    std::string_view value() const override { return value_; }
    const std::vector<StoreDamage>& damage() const override { return damage_; }

  private:
    // What the cursor below has met since the last time, in its place among ours.
    void take_damage() {
        const auto& below = cursor_->damage();
        for (; taken_ < below.size(); ++taken_)
            damage_.push_back(below[taken_]);
    }

    const std::unique_ptr<StoreCursor> cursor_;
    const std::shared_ptr<const KeyRing> keys_;
    const Shelf shelf_;
    std::string value_;
    std::size_t taken_ = 0;
    std::vector<StoreDamage> damage_;
};

}  // namespace

std::string seal_value(const KeyRing& keys, Shelf shelf, std::string_view key,
                       std::string_view value) {
    std::string sealed = head_of(keys.current());
    const std::string context = context_of(sealed, shelf, key);
    sealed.reserve(kHeadBytes + kSealNonceBytes + value.size() + kSealTagBytes);
    seal(*keys.find(keys.current()), context, value, sealed);
    return sealed;
}

Result<void> unseal_value(const KeyRing& keys, Shelf shelf, std::string_view key,
                          std::string_view sealed, std::string& value) {
    const auto damaged = [](std::string what) {
        return Error{.code = Code::internal, .message = "the sealed value " + std::move(what)};
    };
    if (sealed.size() < kHeadBytes || sealed[0] != kSealVersion || sealed[1] != 0) {
        return damaged("is of no version that is known, allowed: 1");
    }
    const auto number = static_cast<std::uint16_t>(static_cast<unsigned char>(sealed[2]) |
                                                   static_cast<unsigned char>(sealed[3]) << 8);
    const SecretKey* data_key = keys.find(number);
    if (data_key == nullptr) {
        return damaged("names data key " + std::to_string(number) + ", which this store has not");
    }
    const std::string context = context_of(sealed.substr(0, kHeadBytes), shelf, key);
    if (unseal(*data_key, context, sealed.substr(kHeadBytes), value)) return {};
    return damaged("is not as it was written, or not here");
}

Result<std::optional<std::string>> SealedView::get(Shelf shelf, std::string_view key) const {
    auto sealed = view_->get(shelf, key);
    if (!sealed || !*sealed) return sealed;
    std::string value;
    const auto opened = unseal_value(*keys_, shelf, key, **sealed, value);
    if (opened) return std::optional<std::string>(std::move(value));
    return Error{.code = Code::internal,
                 .message = "the store's value of '" + key_text(key) + "' on shelf " +
                            std::string(to_string(shelf)) +
                            " is damaged: " + opened.error().message};
}

std::unique_ptr<StoreCursor> SealedView::walk(Shelf shelf, KeyRange keys) const {
    return std::make_unique<SealedCursor>(view_->walk(shelf, std::move(keys)), keys_, shelf);
}

}  // namespace qr
