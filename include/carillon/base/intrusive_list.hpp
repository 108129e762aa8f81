#pragma once

#include <boost/intrusive/list.hpp>

namespace carillon {

/// Base of what can be in one list named `Tag`; leaves it by itself when destroyed.
template <class Tag>
using ListHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                                     boost::intrusive::tag<Tag>>;

/// A list that owns nothing and allocates nothing.
template <class T, class Tag>
using HookedList = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>,
                                          boost::intrusive::base_hook<ListHook<Tag>>>;

}  // namespace carillon
