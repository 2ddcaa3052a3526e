# Defects planted in real structures, a changed line or two each: test_planted and test_planted_race must find them.

# What a sanitizer alone finds is planted under that one, and all the rest where there is none.
set(planted_address recheck_of_head_missing)
set(planted_thread published_relaxed)

# numamark_planted(name variant file from to macro...): the catalogue's @variant with @from replaced by
# @to in @file, compiled for the explorer as planted_<name>, with @macro.
function(numamark_planted name variant file from to)
	set(finder "")
	foreach(sanitizer address thread)
		if(name IN_LIST planted_${sanitizer})
			set(finder ${sanitizer})
		endif()
	endforeach()
	if(NOT NUMAMARK_SANITIZE STREQUAL finder)
		return()
	endif()
	set(copy ${CMAKE_CURRENT_BINARY_DIR}/planted/${name})
	file(READ ${CMAKE_SOURCE_DIR}/${file} text)
	string(FIND "${text}" "${from}" at)
	if(at EQUAL -1)
		message(WARNING "${file} has changed: the defect ${name} of "
			"tests/structures/planted.cmake is planted nowhere, and test_planted will say so")
	endif()
	string(REPLACE "${from}" "${to}" text "${text}")
	file(GENERATE OUTPUT ${copy}/${file} CONTENT "${text}")
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${file})
	numamark_explored(planted_${name} ${variant} ${copy})
	target_compile_definitions(explored_planted_${name} PRIVATE ${ARGN})
	target_sources(structures_test_${planted} PRIVATE
		$<TARGET_OBJECTS:explored_planted_${name}>)
endfunction()

set(michael structures/map/michael_list.h)
set(michael_scott structures/queue/michael_scott.h)

numamark_planted(mark_dropped variant_map_michael_ebr ${michael}
	"&next, next | MICHAEL_MARK)" "&next, next)")
numamark_planted(linked_by_a_store variant_map_michael_ebr ${michael}
	"return cas_acq_rel(place->link, &expected, (uintptr_t)fresh);"
	"store_release(place->link, (uintptr_t)fresh);
	return expected == place->node;")
numamark_planted(retired_before_unlinked variant_map_michael_ebr ${michael}
	"	if (cas_acq_rel(place->link, &expected, after))
		michael_retire(context, node);
	else"
	"	michael_retire(context, node);
	if (!cas_acq_rel(place->link, &expected, after))")
numamark_planted(retired_twice variant_map_michael_ebr ${michael}
	"			if (!cas_acq_rel(place->link, &expected, after))
				return MICHAEL_DISTURBED;"
	"			if (!cas_acq_rel(place->link, &expected, after)) {
				michael_retire(context, node);
				return MICHAEL_DISTURBED;
			}")
numamark_planted(recheck_missing variant_map_michael_hp structures/reclaim/reclaim.h
	"		if (seen == before)
			break;"
	"		(void)before;
		break;")
numamark_planted(recheck_of_head_missing variant_queue_michael_scott_hp ${michael_scott}
	"if (load_acquire(&queue->head) != head)" "if (false)")
numamark_planted(epoch_unannounced variant_map_michael_ebr structures/reclaim/ebr.h
	"store_release(&thread->announced, epoch_announcement(epoch));" "(void)epoch;")
numamark_planted(freed_at_once variant_queue_michael_scott_ebr ${michael_scott}
	"reclaim_retire(thread, michael_scott_node(head), MEMORY_NODES,"
	"arena_free(context->arena, michael_scott_node(head), MEMORY_NODES,")
numamark_planted(pin_of_the_dead variant_kvblock_clock_ebr structures/kvblock/block.h
	"if (!(fetch_add_acquire(&block->references, 1) & BLOCK_DEAD))"
	"fetch_add_acquire(&block->references, 1);
	if (true)")
numamark_planted(killed_in_two_steps variant_kvblock_clock_ebr structures/kvblock/block.h
	"return cas_acquire(&block->references, &expected, BLOCK_DEAD);"
	"store_relaxed(&block->references, BLOCK_DEAD);
	return expected == held;")
numamark_planted(pin_left_behind variant_kvblock_sieve_ebr structures/kvblock/block.h
	"	if (request->pinned)
		block_unpin(request->pinned);
	request->pinned = block;"
	"	request->pinned = block;")
numamark_planted(child_not_counted variant_kvblock_clock_ebr structures/kvblock/block.h
	"	request->pinned = fresh;"
	"	if (request->pinned)
		block_unpin(request->pinned);
	request->pinned = fresh;")
numamark_planted(one_block_too_many variant_kvblock_sieve_ebr structures/kvblock/sieve_list.h
	"if (list->count < capacity)" "if (list->count <= capacity)")
numamark_planted(copies_left_dead variant_kvblock_replicated_ebr structures/kvblock/block.h
	"for (; block != copy;" "for (; false && block != copy;")
numamark_planted(pinned_elsewhere_goes variant_kvblock_replicated_ebr structures/kvblock/block.h
	"while (block_kill(copy, held)) {"
	"while (block_kill(copy, held) ||
	       (copy != block && (store_relaxed(&copy->references, BLOCK_DEAD), true))) {")
numamark_planted(child_elsewhere_not_counted variant_kvblock_replicated_ebr
	structures/kvblock/replicated.h
	"if (rank != own && copy->parent)" "if (false)")
numamark_planted(room_used_twice variant_kvblock_sieve_ebr structures/kvblock/sieve.h
	"	request->rooms--;" "")
numamark_planted(new_block_not_pinned variant_kvblock_radix_ebr structures/kvblock/radix.h
	"store_relaxed(&block->references, 1);" "store_relaxed(&block->references, 0);")
numamark_planted(leaf_forgotten variant_kvblock_sieve_ebr structures/kvblock/sieve_list.h
	"	sieve_list_add(list, candidate);
	block_unpin_copies(candidate);"
	"	(void)list;
	block_unpin_copies(candidate);")
numamark_planted(acquired_over_a_hole variant_kvblock_lru_spin structures/kvblock/seq_lru.h
	"	       (block = seq_lru_find(cache, request->blocks[request->cached]))) {
		last = block;"
	"	       ((block = seq_lru_find(cache, request->blocks[request->cached])) ||
		request->cached == 1)) {
		last = block ? block : last;")
numamark_planted(pinned_block_goes variant_kvblock_lru_spin structures/kvblock/seq_lru.h
	"while (block->references && block != &cache->ends)"
	"while (block->references > 1 && block != &cache->ends)")
numamark_planted(version_unchecked variant_map_line_bucket structures/map/line_table.h
	"(before == after &&" "(before <= after &&")
numamark_planted(lock_taken_in_two_steps variant_map_chained_spin structures/lock/spin.h
	"while (exchange_acquire(&lock->is_held, 1)) {"
	"while (load_acquire(&lock->is_held) || (store_relaxed(&lock->is_held, 1), false)) {")
numamark_planted(wake_lost variant_map_chained_mcs structures/lock/mcs.h
	"		while (!(after = load_acquire(&node->next)))
			backoff_pause(&backoff, 1);"
	"		(void)backoff;")
numamark_planted(published_before_filled variant_queue_vyukov structures/queue/vyukov.h
	"	*vyukov_stored_at(queue, position) = stored;"
	"	store_release(vyukov_turn_at(queue, position), (uint8_t)(vyukov_turn(queue, position) + 1));
	fence_seq_cst();
	*vyukov_stored_at(queue, position) = stored;")
numamark_planted(published_before_made variant_queue_spsc structures/queue/spsc.h
	"	if (spsc_is_full(queue, tail) ||"
	"	if (!spsc_is_full(queue, tail)) {
		store_release(&queue->tail, tail + 1);
		fence_seq_cst();
	}
	if (spsc_is_full(queue, tail) ||")
numamark_planted(refused_too_soon variant_queue_vyukov_waits structures/queue/vyukov.h
	"if (!VYUKOV_WAITS)" "if (true)")
numamark_planted(spoiled_cell_filled variant_queue_faa_segment_ebr structures/queue/faa_segment.h
	"if (cas_release(&array->cells[cell], &expected, stored)) {"
	"store_release(&array->cells[cell], stored);
		if (!expected) {")
numamark_planted(lessee_not_awaited variant_map_chained_lease structures/lock/lease.h
	"while (load_acquire(&lessee->inside[i]) == lock)"
	"while (false && load_acquire(&lessee->inside[i]) == lock)")
numamark_planted(read_after_release variant_queue_two_lock_spin structures/queue/two_lock.h
	"	if (!node)
		return false;"
	"	if (!node)
		return false;
	fence_seq_cst();
	stored = node->stored;")
numamark_planted(published_relaxed variant_map_michael_ebr ${michael}
	"return cas_acq_rel(place->link, &expected, (uintptr_t)fresh);"
	"return cas_relaxed(place->link, &expected, (uintptr_t)fresh);")
numamark_planted(scan_in_pieces variant_ordered_skiplist_spin structures/ordered/skiplist.h
	"		scan_add(scan, node->key, payload_read(context, node->stored));"
	"		scan_add(scan, node->key, payload_read(context, node->stored));
		lock_release_shared(&list->lock, context->lock);
		lock_acquire_shared(&list->lock, context->lock);")
numamark_planted(interval_unannounced variant_map_michael_ibr structures/reclaim/ibr.h
	"store_release(&thread->lower, load_relaxed(&thread->domain->era));" "")
numamark_planted(interval_begins_late variant_queue_michael_scott_ibr structures/reclaim/ibr.h
	"store_release(&thread->lower, load_relaxed(&thread->domain->era));"
	"store_release(&thread->lower, load_relaxed(&thread->domain->era) + 1);")

# Of replicas: what breaks their agreement, or sends a worker back.
set(gossip_exchange structures/map/gossip_exchange.h)
numamark_planted(tie_break_missing variant_map_gossip ${gossip_exchange}
	"if (delta->version <= (merged ? merged->version : 0))"
	"if (delta->version >> GOSSIP_TIMESTAMP_SHIFT <=
	    (merged ? merged->version : 0) >> GOSSIP_TIMESTAMP_SHIFT)")
numamark_planted(last_news_wins variant_map_gossip ${gossip_exchange}
	"if (delta->version <= (merged ? merged->version : 0))"
	"if (delta->version == (merged ? merged->version : 0))")
numamark_planted(tombstone_lost variant_map_gossip ${gossip_exchange}
	"delta->version = changed->version;"
	"delta->version = gossip_is_present(changed->version) ? changed->version : 0;")
numamark_planted(news_lost variant_map_gossip ${gossip_exchange}
	"uint64_t done = 0;" "uint64_t done = course.count > 1;")
numamark_planted(clock_of_the_writer_alone variant_map_gossip structures/map/gossip.h
	"gossip_next_version(updated->version, replica->index, is_present);"
	"gossip_next_version((uint64_t)shard->changes << GOSSIP_TIMESTAMP_SHIFT,
					       replica->index, is_present);")

# Of rings that wrap around, close and are left; of requests that others work on.
numamark_planted(cell_not_marked_unsafe variant_queue_lcrq_ebr structures/queue/lcrq_ring.h
	"made = (struct pair){ seen.low, seen.high | LCRQ_UNSAFE };"
	"return 0;"
	LCRQ_CELLS=2)
numamark_planted(ring_left_undrained variant_queue_lcrq_ebr structures/queue/ring_queue.inc.h
	"		stored = OP(ring_dequeue)(ring, &position);
		if (stored)
			break;
		ring_list_leave"
	"		ring_list_leave"
	LCRQ_CELLS=2)
numamark_planted(half_a_pair_compared variant_queue_lcrq_ebr structures/queue/lcrq_ring.h
	"return cas_acq_rel_pair(cell, seen, (struct pair){ stored, position });"
	"uint64_t low = 0;

	return cas_acq_rel(&cell->low, &low, stored) &&
	       (store_release(&cell->high, position), true);"
	LCRQ_CELLS=2)
numamark_planted(ring_not_made_final variant_queue_lscq_ebr structures/queue/lscq.h
	"	scq_ring_finalize(&ring->array.used);
"
	""
	LSCQ_LOG2=2)
numamark_planted(threshold_too_low variant_queue_lscq_ebr structures/queue/scq_ring.h
	"return (INT64_C(3) << ring->log2) - 1;"
	"return INT64_C(0) << ring->log2;"
	LSCQ_LOG2=2)
numamark_planted(threshold_not_set variant_queue_scq structures/queue/scq_ring.h
	"		store_seq_cst(&ring->threshold, scq_threshold(ring)); /* seq_cst: as above */"
	"		return true;")

set(wcq_small WCQ_ENQUEUE_PATIENCE=1 WCQ_DEQUEUE_PATIENCE=1 WCQ_HELP_EVERY=1 WCQ_PAUSES=0)
numamark_planted(request_not_finished variant_queue_wcq structures/queue/wcq_ring.h
	"		wcq_finish_request(ring, position);"
	"		(void)wcq_finish_request;"
	${wcq_small})
numamark_planted(passed_taken_for_placed variant_queue_wcq structures/queue/wcq_slow.h
	"cycle &&
			       wcq_index_of_word(ring, seen.low) != wcq_none(ring);
		if (!wcq_is_usable"
	"cycle;
		if (!wcq_is_usable"
	${wcq_small})
numamark_planted(closed_request_helped variant_queue_wcq structures/queue/wcq_slow.h
	"	if (!wcq_is_open(&request))
		return;"
	""
	${wcq_small})

# Of token slots.
numamark_planted(races_undeclared variant_kvslot_slots_racy structures/kvslot/slots_racy.h
	"FLAW FLAW_RACES" "FLAW FLAW_LOSES")
numamark_planted(slot_version_unchecked variant_kvslot_slots_versioned
	structures/kvslot/slots_versioned.h
	"load_relaxed(&slot->version) != version" "load_relaxed(&slot->version) < version")
numamark_planted(slot_locked_by_a_store variant_kvslot_slots_versioned
	structures/kvslot/slots_versioned.h
	"!cas_weak_acquire(&slot->version, &version, version + 1)"
	"(store_relaxed(&slot->version, version + 1), false)")
numamark_planted(place_taken_by_a_store variant_kvslot_slots_lossless_ebr
	structures/kvslot/slots_lossless.h
	"cas_relaxed(&walk.line->keys[i], &there, key + 1)"
	"(store_relaxed(&walk.line->keys[i], key + 1), true)")
numamark_planted(payload_swapped_in_two_steps variant_kvslot_slots_lossless_ebr
	structures/kvslot/slots_lossless.h
	"old = exchange_acq_rel(word, stored);"
	"old = load_acquire(word);
	store_release(word, stored);")

# Of tables that are replaced under those who work in them, and of helpers in that.
set(probing structures/map/probing.h)
set(probing_table structures/map/probing_table.h)
numamark_planted(copy_over_what_is_newer variant_map_probing_ebr ${probing_table}
	"cas_acq_rel(&place.line->words[place.slot], &expected, word & ~PROBING_FROZEN);"
	"(void)expected, store_release(&place.line->words[place.slot], word & ~PROBING_FROZEN);")
numamark_planted(helper_awaited variant_map_probing_ebr ${probing_table}
	"i < PROBING_PATIENCE && !probing_has_moved(table, block)"
	"!probing_has_moved(table, block)")
numamark_planted(frozen_word_answered variant_map_probing_ebr ${probing}
	"is_further |= (word & PROBING_FROZEN) != 0;" "")
numamark_planted(frozen_word_overwritten variant_map_probing_ebr ${probing}
	"while (!(old & PROBING_FROZEN)) {" "while (true) {")
numamark_planted(next_table_without_the_copy variant_map_probing_ebr ${probing}
	"if (probing_is_present(word) && word & PROBING_FROZEN)" "if (false)")

# Of slots that wait, tags apart from their keys, and keys that found no slot.
set(tagged structures/map/tagged.h)
numamark_planted(dead_slot_used_at_once variant_map_tagged_ebr ${tagged}
	"view->tags = tagged_with(view->tags, slot, TAGGED_YOUNG);"
	"view->tags = tagged_with(view->tags, slot, TAGGED_EMPTY);")
numamark_planted(tag_before_its_key variant_map_tagged_ebr ${tagged}
	"	/* release: a get that finds it, sees its payload; pairs with the acquire in tagged_get(). */"
	"	store_release(&map->tags[place.at],
		      tagged_with(view->tags, number, tagged_tag(place.hash)));")
numamark_planted(spilled_uncounted variant_map_tagged_ebr ${tagged}
	"	store_release(&map->tags[place.at], view->tags);
	if (line_put" "	*view = before;
	if (line_put")
numamark_planted(spill_not_looked_at variant_map_tagged_ebr ${tagged}
	"if (__builtin_expect(tagged_is_spilled(map, place, view->tags, key), 0))" "if (false)")

# Of nodes that split and merge, and of their past.
set(btree_small BTREE_BLOCKS=1 BTREE_FEW=1)
set(btree_past structures/ordered/btree_past.h)
set(btree_shape structures/ordered/btree_shape.h)
numamark_planted(parent_looked_at_once variant_ordered_btree_ebr ${btree_shape}
	"return btree_is_same(step->parent, BTREE_SHAPE);" "return true;"
	${btree_small})
numamark_planted(past_not_kept variant_ordered_btree_snapshot_ebr ${btree_past}
	"btree_word(leaf, BTREE_STAMP) == now, 1" "btree_word(leaf, BTREE_STAMP) <= now, 1"
	${btree_small})
numamark_planted(past_freed_at_once variant_ordered_btree_snapshot_ebr ${btree_past}
	"reclaim_retire(context->reclaim, copy, MEMORY_NODES, sizeof(*copy));"
	"arena_free(context->arena, copy, MEMORY_NODES, sizeof(*copy));"
	${btree_small})
numamark_planted(get_begins_in_an_overwrite variant_ordered_btree_snapshot_ebr
	structures/ordered/btree_node.h
	"(BTREE_SNAPSHOTS ? BTREE_TO_CHANGE : BTREE_LOCKED)" "BTREE_LOCKED"
	${btree_small})
