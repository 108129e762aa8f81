#pragma once

#include <boost/intrusive/list.hpp>

namespace carillon {

/// Base class of elements of the list `Tag`; the destructor removes the element from its list.
template <class Tag>
using ListHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                                     boost::intrusive::tag<Tag>>;

/// A list that neither owns its elements nor allocates.
template <class T, class Tag>
using HookedList = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>,
                                          boost::intrusive::base_hook<ListHook<Tag>>>;

}  // namespace carillon
