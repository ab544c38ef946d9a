// What the driver's error numbers (Xid) say of a device, in words.
//
// The list holds those that a server of this kind meets; its source is NVIDIA's "Xid Errors"
// catalogue. What is not listed is shown by its number alone and is not taken for critical.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace qr {

enum class XidKind : std::uint8_t {
    of_program,   // the program's own fault, or its end: the device is fine
    noted,        // dealt with by the device; worth a look when it repeats
    needs_reset,  // the device must be reset before it can be trusted
    gone,         // the device cannot be reached
    unlisted,
};

struct XidMeaning {
    unsigned xid;
    XidKind kind;
    std::string_view words;
};

inline constexpr std::array kXids = {
    XidMeaning{13, XidKind::of_program, "a kernel failed"},
    XidMeaning{31, XidKind::of_program, "a kernel met a memory page fault"},
    XidMeaning{43, XidKind::of_program, "a program's work was stopped"},
    XidMeaning{45, XidKind::of_program, "a program's work was cleaned up"},
    XidMeaning{48, XidKind::needs_reset, "a memory error that ECC cannot correct"},
    XidMeaning{62, XidKind::needs_reset, "the device's microcontroller halted"},
    XidMeaning{63, XidKind::noted, "a memory row is to be replaced at the next reset"},
    XidMeaning{64, XidKind::needs_reset, "a memory row could not be replaced"},
    XidMeaning{68, XidKind::of_program, "the video processor failed"},
    XidMeaning{74, XidKind::needs_reset, "an NVLink error"},
    XidMeaning{79, XidKind::gone, "the device has fallen off the bus"},
    XidMeaning{92, XidKind::noted, "many memory errors that ECC corrected"},
    XidMeaning{94, XidKind::noted, "a contained memory error; it ended the program that met it"},
    XidMeaning{95, XidKind::needs_reset, "an uncontained memory error"},
    XidMeaning{109, XidKind::of_program, "a change between programs took too long"},
    XidMeaning{119, XidKind::needs_reset, "the device's system processor does not answer"},
    XidMeaning{120, XidKind::needs_reset, "the device's system processor failed"},
    XidMeaning{140, XidKind::needs_reset, "a memory error that was not recovered"},
};

constexpr XidMeaning meaning_of_xid(unsigned xid) {
    for (const XidMeaning& meaning : kXids) {
        if (meaning.xid == xid) return meaning;
    }
    return {xid, XidKind::unlisted, "see NVIDIA's catalogue of Xid errors"};
}

// The device must be reset, or cannot be reached.
constexpr bool is_critical_xid(unsigned xid) {
    const XidKind kind = meaning_of_xid(xid).kind;
    return kind == XidKind::needs_reset || kind == XidKind::gone;
}

}  // namespace qr
